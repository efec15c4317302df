/** The custom resource in a project without this package: `cdk8s import` made a class of the CRD. */

import { App, Chart } from 'cdk8s';
import { ElasticWeb, ElasticWebSpecServiceType } from '../../imports/elasticweb.example.com.ts';

const app = new App();
const chart = new Chart(app, 'imported', { namespace: 'shop' });

new ElasticWeb(chart, 'shop', {
  metadata: { name: 'shop' }, // Else it ends in a hash.
  spec: {
    image: 'nginx:1.29',
    port: 80,
    podPort: 8080,
    serviceType: ElasticWebSpecServiceType.CLUSTER_IP,
    singlePodQps: 500, // cdk8s writes its own spelling of names, and the right one into the YAML.
    autoscaling: { maxReplicas: 20 },
  },
});

app.synth();
