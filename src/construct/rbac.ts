/** Who may do what: the rights of the syncer, and those of the people who work with ElasticWebs. */

import { ApiObject, JsonPatch } from 'cdk8s';
import { ApiResource, ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { GROUP, PLURAL } from '../api/resource.ts';
import { clusterScoped } from './manifest.ts';

const elasticWebs = ApiResource.custom({ apiGroup: GROUP, resourceType: PLURAL });
const elasticWebStatus = ApiResource.custom({ apiGroup: GROUP, resourceType: `${PLURAL}/status` });
const elasticWebScale = ApiResource.custom({ apiGroup: GROUP, resourceType: `${PLURAL}/scale` });
const deployments = ApiResource.custom({ apiGroup: 'apps', resourceType: 'deployments' });
const services = ApiResource.custom({ apiGroup: '', resourceType: 'services' });
const events = ApiResource.custom({ apiGroup: 'events.k8s.io', resourceType: 'events' });
const leases = ApiResource.custom({ apiGroup: 'coordination.k8s.io', resourceType: 'leases' });

const READ = ['get', 'list', 'watch'];

/**
 * The syncer's whole rights. Nothing here deletes: what an ElasticWeb leaves behind is the garbage collector's.
 * Applying an object is `create` where it does not exist and `patch` where it does.
 */
const SYNCER_RIGHTS: Rights = [
  [elasticWebs, READ],
  [elasticWebStatus, ['patch']],
  [deployments, [...READ, 'create', 'patch']],
  [services, [...READ, 'create', 'patch']],
  [events, ['create', 'patch']],
];

/** Name and place of the syncer: of its ServiceAccount, and of the Lease that tells which of several works. */
export interface SyncerIdentity {
  readonly name: string;
  readonly namespace: string;
}

/** Makes the syncer's ServiceAccount and gives it its rights: to ElasticWebs and their children in all namespaces, and to its Lease. */
export function syncerServiceAccount(scope: Construct, { name, namespace }: SyncerIdentity): ServiceAccount {
  const account = new ServiceAccount(scope, 'service-account', {
    metadata: { name, namespace },
    automountToken: false,
  });
  const role = new ClusterRole(scope, 'role', { metadata: { name } });
  grant(role, SYNCER_RIGHTS);
  const binding = { metadata: { name }, role: ClusterRole.fromClusterRoleName(scope, 'bound-role', name) };
  const bound = new ClusterRoleBinding(scope, 'role-binding', binding);
  bound.addSubjects(account);
  ApiObject.of(bound).addJsonPatch(JsonPatch.remove('/subjects/0/apiGroup'));
  clusterScoped(ApiObject.of(bound));
  leaseRights(scope, account, { name, namespace });
  return account;
}

function leaseRights(scope: Construct, account: ServiceAccount, { name, namespace }: SyncerIdentity): void {
  const metadata = { name: `${name}-lease`, namespace };
  const role = new Role(scope, 'lease-role', { metadata });
  grant(role, [
    // Nobody can be allowed to create by name: the name is in the body.
    [leases, ['create']],
    [leases, ['get', 'patch']],
  ]);
  ApiObject.of(role).addJsonPatch(JsonPatch.add('/rules/1/resourceNames', [name]));
  const binding = { metadata, role: Role.fromRoleName(scope, 'bound-lease-role', metadata.name) };
  const bound = new RoleBinding(scope, 'lease-role-binding', binding);
  bound.addSubjects(account);
  ApiObject.of(bound).addJsonPatch(JsonPatch.remove('/subjects/0/apiGroup'));
}

type Rights = readonly (readonly [resource: ApiResource, verbs: readonly string[]])[];

/**
 * Allows each of the rights. The library also writes an empty `resourceNames` into every rule, which the API server drops,
 * so that each `kubectl apply` would see a difference; it is taken out again.
 */
function grant(role: ClusterRole | Role, rights: Rights): void {
  if (role instanceof ClusterRole) clusterScoped(ApiObject.of(role));
  rights.forEach(([resource, verbs], index) => {
    role.allow([...verbs], resource);
    ApiObject.of(role).addJsonPatch(JsonPatch.remove(`/rules/${index}/resourceNames`));
  });
}

/**
 * Adds ElasticWebs to Kubernetes' own roles view, edit and admin.
 * Whoever may edit ElasticWebs may run pods in that namespace, as whoever may edit Deployments.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
export function aggregatedRoles(scope: Construct): void {
  const aggregatedTo = (...roles: string[]) =>
    Object.fromEntries(roles.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']));

  const view = new ClusterRole(scope, 'view', {
    metadata: { name: 'elasticweb-view', labels: aggregatedTo('view', 'edit', 'admin') },
  });
  grant(view, [
    [elasticWebs, READ],
    [elasticWebStatus, ['get']],
  ]);

  const edit = new ClusterRole(scope, 'edit', {
    metadata: { name: 'elasticweb-edit', labels: aggregatedTo('edit', 'admin') },
  });
  grant(edit, [
    [elasticWebs, ['create', 'update', 'patch', 'delete', 'deletecollection']],
    [elasticWebScale, ['get', 'update', 'patch']],
  ]);
}
