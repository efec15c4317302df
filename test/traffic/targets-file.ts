/** The targets that Prometheus is told of, in files that it watches: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config */

import { createHash } from 'node:crypto';
import { replaceFile } from '../control-plane/replace-file.ts';

/** One endpoint to scrape, with the labels that its series get. */
export interface Target {
  /** HOST:PORT where it is really scraped. */
  readonly address: string;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One file for each Prometheus: every target is in one of them, always the same, as with hashmod relabelling. */
export class TargetFiles {
  readonly #paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
    this.write([]);
  }

  /** Says that these are all targets there are. */
  write(targets: readonly Target[]): void {
    for (const [index, path] of this.#paths.entries()) {
      const own = targets.filter((target) => this.#indexOf(target) === index);
      const groups = own.map((target) => ({
        targets: [target.address],
        labels: { __metrics_path__: target.path, ...target.labels },
      }));
      replaceFile(path, JSON.stringify(groups));
    }
  }

  #indexOf({ path }: Target): number {
    return createHash('md5').update(path).digest().readUInt32BE() % this.#paths.length;
  }
}
