/** A custom resource, for the syncer in the cluster to render and to scale with the measured load. */

import { App, Chart } from 'cdk8s';
import { ElasticWebResource } from 'elasticweb';

const app = new App();
const chart = new Chart(app, 'scaled-by-load', { namespace: 'shop', labels: { team: 'shop' } });

new ElasticWebResource(chart, 'shop', {
  spec: {
    image: 'nginx:1.29',
    port: 80,
    podPort: 8080,
    mtargetPort: 9090,
    singlePodQPS: 500,
    totalQPS: 700, // Where it starts; from then on, as many pods as the load needs.
    autoscaling: { minReplicas: 2, maxReplicas: 20 },
  },
});

app.synth();
