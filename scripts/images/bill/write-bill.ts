import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";

/** What a bill of materials is of. */
export interface Subject {
  name: string;
  version: string;
  kind: "bundle" | "image";
}

/**
 * A bill of materials (CycloneDX 1.6, JSON). The same components give the same bytes: neither a time nor a serial number is
 * in it.
 */
export function writeBill({ name, version, kind }: Subject, components: readonly Models.Component[]): string {
  const type = kind === "image" ? Enums.ComponentType.Container : Enums.ComponentType.Application;
  const subject = new Models.Component(type, name, { version });
  subject.bomRef.value = name;
  for (const { bomRef } of components) subject.dependencies.add(bomRef);
  const bill = new Models.Bom({ metadata: new Models.Metadata({ component: subject }) });
  for (const component of components) bill.components.add(component);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bill, { sortLists: true, space: 2 })}\n`;
}
