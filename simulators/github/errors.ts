/** One entry of GitHub's `errors` list in a 422 answer. */
export interface FieldError {
  resource: string;
  field?: string;
  code: string;
  message?: string;
}

/** A refusal in GitHub's words: `status` and the JSON body's parts; GraphQL shows `message` and `type`. */
export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Record<string, string>;
  readonly documentation: string;
  /** Further members of the JSON body. */
  readonly more: Record<string, unknown>;

  constructor(
    status: number,
    message: string,
    options: {
      errors?: readonly (FieldError | string)[];
      headers?: Record<string, string>;
      documentation?: string;
      more?: Record<string, unknown>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.documentation = options.documentation ?? "https://docs.github.com/rest";
    this.more = options.more ?? {};
  }

  /** The GraphQL error type GitHub uses for the same refusal. */
  get type(): string {
    return this.status === 404 ? "NOT_FOUND" : this.status === 422 ? "UNPROCESSABLE" : "FORBIDDEN";
  }

  body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      ...this.more,
      documentation_url: this.documentation,
      status: String(this.status),
    };
  }
}

export const notFound = (): GitHubError => new GitHubError(404, "Not Found");
export const forbidden = (message: string): GitHubError => new GitHubError(403, message);
export const invalid = (...errors: (FieldError | string)[]): GitHubError =>
  new GitHubError(422, "Validation Failed", { errors });
