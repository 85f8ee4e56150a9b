/** Why an App gets no token; what has to be corrected stands in the message. */
export class AppAccessError extends Error {
  /** `key`: the App cannot prove who it is. `access`: it can, and may not. */
  readonly kind: "key" | "access";

  constructor(kind: "key" | "access", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AppAccessError";
    this.kind = kind;
  }
}
