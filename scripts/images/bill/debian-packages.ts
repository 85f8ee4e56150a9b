/** A package that dpkg, or an image made without it, says is installed. */
export interface DebianPackage {
  name: string;
  version: string;
  architecture: string;
}

/** Reads descriptions as dpkg writes them (deb-control(5)): paragraphs of fields. Whatever is not installed is left out. */
export function debianPackages(text: string): DebianPackage[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(paragraph)?.[1]?.trim();
    const [name, version, architecture] = [field("Package"), field("Version"), field("Architecture")];
    // Images without dpkg keep descriptions that have no status: what is described is there.
    const isInstalled = field("Status")?.endsWith(" installed") ?? true;
    return name && version && architecture && isInstalled ? [{ name, version, architecture }] : [];
  });
}
