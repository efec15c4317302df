/** Measures scaling: steps, outages, queries, ticks, one after the other. */

import { measureOutages } from './outages.ts';
import { countQueries } from './queries.ts';
import type { ScalingFigures } from './report.ts';
import { Stage } from './stage.ts';
import { measureStep, type Step } from './steps.ts';
import { measureTicks } from './ticks.ts';

const MANY = 50;
const VERY_MANY = 10_000;
/** What a full pod serves, where 10 are asked for. */
const FULL_QPS = 13;

export async function measureScaling(steps: number, onProgress: (line: string) => void): Promise<ScalingFigures> {
  const ticks = await measureTicks(VERY_MANY);
  onProgress(`ticks: ${ticks.tickMs.toFixed(0)} ms, of which decisions ${ticks.decideMs.toFixed(0)} ms`);
  await using stage = await Stage.start();
  const series = async (what: string, capacity?: number): Promise<Step[]> => {
    const done: Step[] = [];
    for (let i = 1; i <= steps; i += 1) {
      const step = await measureStep(stage, `${what}-${i}`, capacity);
      onProgress(
        `${what} ${i} of ${steps}: ${step.seconds?.toFixed(1) ?? 'never'} s, ${step.missingPodSeconds.toFixed(0)} missing pod-seconds, at most ${step.peak} pods`,
      );
      done.push(step);
    }
    return done;
  };
  const shown = await series('step');
  const full = await series('full', FULL_QPS);
  const queriesAMinute = await countQueries(stage, MANY);
  const outages = await measureOutages(stage, onProgress);
  return { steps: shown, fullSteps: full, outages, queriesAMinute, ticks };
}
