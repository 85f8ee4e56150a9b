/** Looks for credentials in what a run brings forth; the implementation is `runner/mediator/secrets/`. */
export interface SecretSearch {
  /** The name of the credential of this run that the text holds, in whatever spelling; undefined when it holds none. */
  own(text: string): Promise<string | undefined>;
  /** Places of what has the shape of somebody's credential, in their order. */
  shapes(text: string): Promise<SecretShape[]>;
}

/** Offsets as JavaScript counts characters. */
export interface SecretShape {
  /** Name of the rule, for people: `github`. */
  rule: string;
  start: number;
  end: number;
}

/** For where nothing is searched for: tests of git alone. */
export const noSecretSearch: SecretSearch = { own: async () => undefined, shapes: async () => [] };
