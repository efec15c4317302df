/** A cluster shared by two syncers: one for the ElasticWebs of the shop, one for all others. Each chart becomes a file. */

import { App, Chart } from 'cdk8s';
import { ElasticWebInstall, type ElasticWebInstallProps } from 'elasticweb';

const app = new App();

const common: ElasticWebInstallProps = {
  image: 'registry.example.com/elasticweb:0.1.0',
  prometheusUrl: 'http://prometheus.monitoring:9090',
  args: ['--scrape-interval=30'],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
};

new ElasticWebInstall(new Chart(app, 'shards'), 'elasticweb', { ...common, selector: 'team!=shop' });
new ElasticWebInstall(new Chart(app, 'shards-shop'), 'elasticweb', {
  ...common,
  name: 'elasticweb-shop',
  selector: 'team=shop',
  maxReplicas: 200,
  allowedServiceTypes: ['ClusterIP'],
  // The first one makes what there is once in a cluster.
  createNamespace: false,
  createCrd: false,
});

app.synth();
