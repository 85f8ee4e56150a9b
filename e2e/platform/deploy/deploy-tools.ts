import { installImageTools, runImageTools } from "../../../scripts/images/testing/image-tools.ts";
import { brokerTools } from "../../../service/testing/broker/broker-tools.ts";
import { installPackages } from "../../../service/testing/install-packages.ts";
import { missingTool } from "../../../service/testing/tools.ts";

/**
 * Installs what images are built with and what a broker runs on, where that needs nobody (as root, on Debian).
 * @throws Error that says how to install what is missing then
 */
export function installDeployTools(): void {
  installImageTools();
  if (missingTool(brokerTools)) installPackages(["default-jre-headless", "maven", "openssl"]);
  const missing = missingTool([...runImageTools, ...brokerTools]);
  if (missing) throw new Error(missing);
}
