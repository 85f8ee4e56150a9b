import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import * as z from "zod";

const schema = z.object({ components: z.array(z.object({ purl: z.string() })) });

/** What CycloneDX's own schema objects to in a bill of materials; null when nothing. */
export async function billFaults(bill: string): Promise<unknown> {
  return await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bill);
}

/** The package URLs of everything that a bill lists. */
export function billUrls(bill: string): string[] {
  return schema.parse(JSON.parse(bill)).components.map(({ purl }) => purl);
}
