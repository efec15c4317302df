/** What docs/monitoring.md shows, for tests that run it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const text = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');

/** The commands of the page that only a cluster with the Prometheus Operator's CRDs takes, from top to bottom. */
export function operatorCommands(): string[] {
  const marked = /<!-- not run: [^>]*Prometheus Operator[^>]* -->\n\n```bash\n(.*?)```/gs;
  const commands = [...text.matchAll(marked)].flatMap(([, block = '']) => block.trim().split('\n'));
  assert.ok(commands.length > 0, 'docs/monitoring.md has no such commands');
  return commands;
}

/** A job of Prometheus' configuration. */
export interface ScrapeConfig {
  readonly job_name: string;
  readonly kubernetes_sd_configs: readonly object[];
  readonly relabel_configs: readonly object[];
}

/** What the page shows for a Prometheus without the operator. */
export function scrapeConfigs(): readonly ScrapeConfig[] {
  const [, block = ''] = /```yaml\n(scrape_configs:\n.*?)```/s.exec(text) ?? [];
  return (parse(block) as { readonly scrape_configs: readonly ScrapeConfig[] }).scrape_configs;
}
