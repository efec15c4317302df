/** Files that other projects publish in their Go modules, such as the CRDs of Argo CD: the real ones, at a fixed version. */

import { join } from 'node:path';
import { downloadGoModule, findGo } from './go.ts';

/** The go.mod that names the modules and their versions, and the go.sum without which nothing of them is believed. */
const modules = join(import.meta.dirname, 'modules');

/**
 * The folder of a module that test/control-plane/modules/go.mod names. Go fetches it the first time, checks it, and keeps it in its own
 * module cache; nothing of it is compiled. To add a module: its line in go.mod, and `go mod download MODULE` in that folder.
 *
 * @throws NoGoError if there is no Go; Error with Go's own words if the module cannot be had, or is not the one of go.sum
 */
export async function goModuleDirectory(module: string): Promise<string> {
  const toolchain = await findGo(modules);
  return downloadGoModule(module, { directory: modules, toolchain });
}
