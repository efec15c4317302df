/** The Prometheus Operator's CRDs, out of its Go module: for `imports/`, and for the API server of tests. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goModuleDirectory } from '../control-plane/go-module-files.ts';

/** Those that elasticweb makes objects of. */
const PLURALS = ['podmonitors', 'prometheusrules', 'servicemonitors'] as const;

/**
 * The CRDs as one YAML text. The first time Go fetches the module, which takes some seconds; after that it needs no network.
 *
 * @throws NoGoError if there is no Go; Error with Go's own words if the module cannot be had
 */
export async function monitoringCrds(): Promise<string> {
  const module = await goModuleDirectory('github.com/prometheus-operator/prometheus-operator');
  const folder = join(module, 'example/prometheus-operator-crd');
  const texts = PLURALS.map((plural) => readFile(join(folder, `monitoring.coreos.com_${plural}.yaml`), 'utf8'));
  return (await Promise.all(texts)).join('');
}
