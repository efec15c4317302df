/** Asks a Prometheus once for the load of several ElasticWebs, each with a metric of its own, and prints their readings; a process of its own. */

import { LoadSource } from '../../src/prometheus/source.ts';
import { gathered } from './gathered.ts';
import { target } from './targets.ts';

const [url = '', groups = '1', name = 'web'] = process.argv.slice(2);
const source = new LoadSource({ url, scrapeIntervalSeconds: 15, stableWindowSeconds: 60, timeoutMs: 60_000 });
const targets = Array.from({ length: Number(groups) }, (_, n) => ({ ...target(name, { name: `m${n}` }), key: `${n}` }));
const readings = await gathered(source.read(targets, new AbortController().signal));
process.stdout.write(JSON.stringify([...readings.values()]));
await source.close();
