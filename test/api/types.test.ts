/** The generated types say what the schema says. tsc reads this file, so most of it has proved itself before it runs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMED_SCHEMAS, resourceSchema } from '../../src/api/resource.ts';
import type * as types from '../../src/api/types.ts';
import { validateSpec } from '../../src/api/validate.ts';

/** Whether two types are one: each fits where the other is asked for. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Takes true as the proof of a type that is true. */
const proves = <T extends true>(proof: T): T => proof;

// The names of the fields, so that one that goes missing from the types is missed here, too.
const specFields: Record<keyof types.ElasticWebSpec, true> = {
  ...{ image: true, port: true, podPort: true, targetPort: true, nodePort: true, protocol: true, name: true },
  ...{ mtargetPort: true, serviceType: true, service: true, resources: true, singlePodQPS: true, totalQPS: true },
  ...{ replicas: true, autoscaling: true, suspend: true, podSecurity: true, command: true, args: true, env: true },
  ...{ envFrom: true, readinessProbe: true, livenessProbe: true, startupProbe: true, imagePullPolicy: true },
  ...{ imagePullSecrets: true, terminationGracePeriodSeconds: true, preStopSleepSeconds: true, podAnnotations: true },
  ...{ podLabels: true, nodeSelector: true, tolerations: true, affinity: true, topologySpreadConstraints: true },
  ...{ strategy: true, progressDeadlineSeconds: true },
};
const statusFields: Record<keyof types.ElasticWebStatus, true> = {
  ...{
    observedGeneration: true,
    replicas: true,
    readyReplicas: true,
    desiredReplicas: true,
    recommendedReplicas: true,
  },
  ...{ realQPS: true, observedQPS: true, selector: true, lastScaleTime: true, scaling: true, conditions: true },
};

test('the types have the fields of the schema', () => {
  const { spec, status } = resourceSchema.properties ?? {};
  assert.deepEqual(Object.keys(spec?.properties ?? {}).sort(), Object.keys(specFields).sort());
  assert.deepEqual(Object.keys(status?.properties ?? {}).sort(), Object.keys(statusFields).sort());
});

test('every named schema is used in the schema of the resource', () => {
  const text = JSON.stringify(resourceSchema);
  for (const [name, { properties }] of Object.entries(NAMED_SCHEMAS)) {
    assert.ok(text.includes(JSON.stringify(properties)), name);
  }
});

test('what the types ask for is what the validator asks for', () => {
  const least: types.ElasticWebSpec = { image: 'nginx', port: 80, podPort: 80, singlePodQPS: 1 };
  assert.equal(validateSpec(least, 'shop').kind, 'valid');
  // @ts-expect-error -- singlePodQPS is required
  const tooLittle: types.ElasticWebSpec = { image: 'nginx', port: 80, podPort: 80 };
  assert.equal(validateSpec(tooLittle, 'shop').kind, 'invalid');
  // @ts-expect-error -- there is no such field
  const tooMuch: types.ElasticWebSpec = { ...least, hostNetwork: true };
  assert.equal(validateSpec(tooMuch, 'shop').kind, 'invalid');
  // @ts-expect-error -- there is no such word
  const wrongWord: types.ElasticWebSpec = { ...least, protocol: 'SCTP' };
  assert.equal(validateSpec(wrongWord, 'shop').kind, 'invalid');
});

// Required, optional, and required once the defaults are filled in.
proves<Same<types.ElasticWebSpec['port'], number>>(true);
proves<Same<types.ElasticWebSpec['nodePort'], number | undefined>>(true);
proves<Same<types.ElasticWebSpec['protocol'], 'TCP' | 'UDP' | undefined>>(true);
proves<Same<types.DefaultedElasticWebSpec['protocol'], 'TCP' | 'UDP'>>(true);
proves<Same<types.DefaultedElasticWebSpec['nodePort'], number | undefined>>(true);
proves<Same<types.Autoscaling['maxReplicas'], number>>(true);
proves<Same<types.DefaultedElasticWebSpec['autoscaling'], types.DefaultedAutoscaling | undefined>>(true);
proves<Same<types.DefaultedAutoscaling['metric'], types.DefaultedMetric>>(true);
proves<Same<types.DefaultedMetric['type'], 'Pods' | 'External'>>(true);
// Words, numbers or texts, lists, maps, and shared parts.
proves<Same<types.ElasticWebSpec['targetPort'], number | string | undefined>>(true);
proves<Same<types.ElasticWebSpec['command'], readonly string[] | undefined>>(true);
proves<Same<types.ElasticWebSpec['podLabels'], Readonly<Record<string, string>> | undefined>>(true);
proves<Same<types.ElasticWebSpec['env'], readonly types.EnvVar[] | undefined>>(true);
proves<Same<types.ElasticWebSpec['startupProbe'], types.Probe | undefined>>(true);
proves<Same<types.ResourceRequirements['limits'], Readonly<Record<string, types.IntOrString>> | undefined>>(true);
proves<Same<Pick<types.Condition, 'status'>, { readonly status: 'True' | 'False' | 'Unknown' }>>(true);
// What was written can be read where defaults are expected, once they are filled in, and the other way round.
proves<types.DefaultedElasticWebSpec extends types.ElasticWebSpec ? true : false>(true);
