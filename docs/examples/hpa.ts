/** A service without a number of pods in its manifests: an HPA by cdk8s-plus sets it. */

import { App, Chart } from 'cdk8s';
import { HorizontalPodAutoscaler, Metric, MetricTarget } from 'cdk8s-plus-27';
import { ElasticWeb } from 'elasticweb';

const app = new App();
const chart = new Chart(app, 'hpa', { namespace: 'shop', disableResourceNameHashes: true });

const web = new ElasticWeb(chart, 'shop', {
  image: 'nginx:1.29',
  port: 80,
  podPort: 8080,
  singlePodQPS: 500,
  resources: { requests: { cpu: '250m' } },
  replicas: 'External',
});

new HorizontalPodAutoscaler(chart, 'hpa', {
  target: web,
  minReplicas: 2,
  maxReplicas: 20,
  metrics: [Metric.resourceCpu(MetricTarget.averageUtilization(70))],
});

app.synth();
