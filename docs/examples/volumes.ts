/** What only code may give to the pods: volumes and a service account. Here they come from cdk8s-plus. */

import { App, Chart } from 'cdk8s';
import { ConfigMap, ServiceAccount } from 'cdk8s-plus-27';
import { ElasticWeb } from 'elasticweb';

const app = new App();
const chart = new Chart(app, 'volumes', { namespace: 'shop' });

// Its name ends in a hash of its place in the app; whoever asks for the name gets it.
const pages = new ConfigMap(chart, 'pages', { data: { 'index.html': '<h1>Shop</h1>' } });
const account = new ServiceAccount(chart, 'account');

const web = new ElasticWeb(chart, 'shop', {
  image: 'nginx:1.29',
  port: 80,
  podPort: 80,
  singlePodQPS: 500,
  totalQPS: 700,
  volumes: [
    { name: 'pages', configMap: { name: pages.name } },
    { name: 'cache', emptyDir: { sizeLimit: '1Gi' } },
  ],
  volumeMounts: [
    { name: 'pages', mountPath: '/usr/share/nginx/html', readOnly: true },
    { name: 'cache', mountPath: '/var/cache/nginx' },
  ],
  serviceAccountName: account.name,
});
web.node.addDependency(pages, account); // They come before it in the file.

app.synth();
