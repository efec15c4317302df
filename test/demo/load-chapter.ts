/** The last chapter: load goes up, pods follow, load goes, pods go. With the chart in the terminal, and as a picture in a file. */

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chart } from '../../src/cli/chart/chart.ts';
import { svgOf } from '../../src/cli/chart/svg.ts';
import { textOf } from '../../src/cli/chart/terminal.ts';
import { ramp, steady } from '../traffic/rates.ts';
import type { Screen } from './screen.ts';
import type { Traffic } from './traffic.ts';

const WEB = { deployment: 'elasticweb-sample', service: 'elasticweb-sample-metrics', singlePodQps: 50 };
const QUIET_QPS = 40;
const BUSY_QPS = 380;
const RISES_WITHIN_SECONDS = 10;
/** How long the busy time is shown. */
const BUSY_MS = 5_000;

/** Patience: scaling down waits for 5 s here, instead of the 300 s of the default. */
const AUTOSCALING = {
  maxReplicas: 12,
  behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
};

/** What the chapter needs of the story. */
export interface Teller {
  patch(patch: string): Promise<void>;
  kubectl(...args: string[]): Promise<unknown>;
  /** Waits until the load of the ElasticWeb is known. */
  untilMeasured(): Promise<void>;
  /** Waits until the ElasticWeb has so many ready pods. */
  untilReady(what: string, pods: string): Promise<void>;
}

export interface LoadChapter {
  readonly screen: Screen;
  readonly teller: Teller;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
  /** Where the picture is written. */
  readonly svg: string;
}

/** Plays the chapter with the ElasticWeb elasticweb-sample of the namespace default. */
export async function tellLoad({ screen, teller, traffic, signal, svg }: LoadChapter): Promise<void> {
  screen.chapter(
    'The load goes up, and the pods follow',
    `Prometheus scrapes the pods; real requests are sent to them, ${QUIET_QPS} a second at first. One pod serves ${WEB.singlePodQps}.`,
  );
  const points = await traffic.drive(WEB, async (set) => {
    set(steady(QUIET_QPS));
    await teller.patch(JSON.stringify({ spec: { autoscaling: AUTOSCALING } }));
    await teller.untilMeasured();
    await teller.untilReady(`${QUIET_QPS} requests a second: 1 pod`, '1');
    set(ramp(QUIET_QPS, BUSY_QPS, RISES_WITHIN_SECONDS));
    await teller.untilReady(`${BUSY_QPS} requests a second: 8 pods`, '8');
    await sleep(BUSY_MS, undefined, { signal });
    await teller.kubectl('get', 'ew');
    set(steady(QUIET_QPS));
    await teller.untilReady(`${QUIET_QPS} again: 1 pod`, '1');
  });
  await teller.kubectl(
    ...['get', 'events', '--field-selector=reason=Scaled', '--sort-by=.metadata.creationTimestamp'],
    '--output=custom-columns=EVENT:.message',
  );
  const chart: Chart = {
    title: 'default/elasticweb-sample',
    subtitle: 'requests really sent, what the ready pods can serve, and how many pods there should be',
    points,
  };
  screen.chart((look) => textOf(chart, look));
  writeFileSync(svg, svgOf(chart));
  screen.seen(`the same as a picture: ${svg}`);
}
