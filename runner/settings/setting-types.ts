import * as z from "zod";

/** A whole number, in decimal digits. */
export const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,16}$/, "is not a whole number")
    .transform(Number)
    .pipe(z.int().min(min, `is less than ${min}`).max(max, `is more than ${max}`));
/** A numeric id of GitHub's. */
export const id = () => number(1, Number.MAX_SAFE_INTEGER);
/** A web address, without a slash at its end. */
export const url = () =>
  z.url({ protocol: /^https?$/, message: "is not a web address" }).transform((text) => text.replace(/\/+$/, ""));
/** A secret is never shown, so only its length is judged. */
export const secret = (min: number) => z.string().min(min, `has fewer than ${min} characters`);
export const branch = () =>
  z
    .string()
    .regex(/^(?!-)(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9._/+@=-]{1,200}$/, "is not a branch name this program accepts");
