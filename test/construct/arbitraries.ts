/** Valid ElasticWebs of all kinds. */

import fc from 'fast-check';
import { elasticWeb, type JsonObject } from '../api/objects.ts';

const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(8080, 8090));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
/** DNS-1035 labels, also of one letter and of as many as allowed with a metrics Service. */
export const elasticWebName = fc.oneof(
  fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/),
  fc.constantFrom('a', 'x'.repeat(55), 'shop', 'shop-metrics', 'shop-a', 'shop-a-b'),
);
const labels = fc.dictionary(
  fc.constantFrom('tier', 'team', 'a.example/b', 'toString', 'value'),
  fc.constantFrom('', 'x'),
);

/** A spec with what decides about ports, names and labels, and some of the rest; null is absent. */
const spec = fc
  .record({
    port,
    podPort: port,
    name: optional(fc.constantFrom('http', 'web', 'a', 'grpc-9', 'fifteen-letters')),
    protocol: optional(fc.constantFrom('TCP', 'UDP')),
    serviceType: optional(fc.constantFrom('LoadBalancer', 'NodePort', 'ClusterIP')),
    nodePort: optional(fc.integer({ min: 30_000, max: 32_767 })),
    target: fc.oneof(fc.constantFrom('absent', 'name', 'podPort'), port),
    metrics: fc.oneof(fc.constantFrom('absent', 'name', 'podPort', 'metrics'), port),
    podSecurity: optional(fc.constantFrom('Baseline', 'Restricted')),
    podLabels: optional(labels),
    podAnnotations: optional(labels),
    totalQPS: optional(fc.nat()),
    preStopSleepSeconds: optional(fc.nat({ max: 30 })),
    annotations: optional(labels),
  })
  .map(({ target, metrics, annotations, ...fields }): JsonObject => {
    const portOf = (choice: number | string) =>
      choice === 'absent'
        ? null
        : choice === 'name'
          ? (fields.name ?? 'http')
          : choice === 'podPort'
            ? fields.podPort
            : choice;
    return {
      ...fields,
      nodePort: fields.serviceType === 'ClusterIP' ? null : fields.nodePort,
      targetPort: portOf(target),
      mtargetPort: portOf(metrics),
      service: annotations && { annotations },
    };
  });

/** A valid ElasticWeb. */
export const anyElasticWeb: fc.Arbitrary<JsonObject> = fc
  .tuple(spec, elasticWebName, optional(fc.constantFrom('default', 'dev')))
  .map(([fields, name, namespace]) => elasticWeb(fields, { name, namespace }));
