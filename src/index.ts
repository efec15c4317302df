/** The constructs of elasticweb, their props, and the types of the ElasticWeb API. Loads no Kubernetes client. */

// Constructs
export { ElasticWeb, type ElasticWebMetadataProps, type ElasticWebProps } from './construct/elastic-web.ts';
export { ElasticWebResource, type ElasticWebResourceProps } from './construct/elastic-web-resource.ts';
export { ElasticWebInstall, type ElasticWebInstallProps } from './construct/install.ts';
export { ElasticWebMonitoring, type ElasticWebMonitoringProps } from './construct/monitoring/monitoring.ts';
export type { MonitorProps } from './construct/monitoring/monitor.ts';
export type { SyncerIdentity } from './construct/rbac.ts';
export { ElasticWebCrd } from './construct/crd.ts';
export { InvalidPropsError } from './construct/invalid-props.ts';
export type { PodExtras, Volume, VolumeMount } from './construct/deployment.ts';
export type { Manifest, ManifestMetadata, OwnerReference } from './construct/manifest.ts';

// An ElasticWeb as manifests, in memory
export { manifestsOf, render, type Children, type RenderOptions } from './construct/render.ts';

// The API: types, and the offline verdict of the API server
export { API_VERSION, GROUP, KIND, PLURAL, type ElasticWebMetadata, type ElasticWebObject } from './api/resource.ts';
export type * from './api/types.ts';
export { validate, type DefaultedElasticWeb, type FieldError, type Validation } from './api/validate.ts';
