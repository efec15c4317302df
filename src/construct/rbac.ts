/** Who may do what: the rights of the syncer, and those of the people who work with ElasticWebs. */

import { ApiObject, JsonPatch } from 'cdk8s';
import { ApiResource, ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { GROUP, PLURAL } from '../api/resource.ts';
import { clusterScoped } from './manifest.ts';

const elasticWebs = ApiResource.custom({ apiGroup: GROUP, resourceType: PLURAL });
const elasticWebStatus = ApiResource.custom({ apiGroup: GROUP, resourceType: `${PLURAL}/status` });
const elasticWebFinalizers = ApiResource.custom({ apiGroup: GROUP, resourceType: `${PLURAL}/finalizers` });
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

/**
 * What the admission plugin OwnerReferencesPermissionEnforcement demands besides, which OpenShift switches on: to name an owner whose deletion
 * waits for the child, the right to change the owner's finalizers; to change the owners of an object, the right to delete it.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#ownerreferencespermissionenforcement
 */
const OWNER_RIGHTS: Rights = [
  [elasticWebFinalizers, ['update']],
  [deployments, ['delete']],
  [services, ['delete']],
];

/** Name and place of the syncer: of its ServiceAccount, and of the Lease that tells which of several works. */
export interface SyncerIdentity {
  readonly name: string;
  readonly namespace: string;
}

/** The one of an installation that does not say otherwise, such as that in dist/. */
export const DEFAULT_SYNCER = { name: 'elasticweb-syncer', namespace: 'elasticweb-system' } as const;

/** How far the syncer's rights reach. */
export interface SyncerReach {
  /** The namespaces in which it has rights; undefined: all. */
  readonly namespaces: readonly string[] | undefined;
  /** Whether it gets what the admission plugin OwnerReferencesPermissionEnforcement demands. */
  readonly ownerReferencesPermissionEnforcement: boolean;
}

/** Makes the syncer's ServiceAccount and gives it its rights: to ElasticWebs and their children, and to its Lease. */
export function syncerServiceAccount(scope: Construct, identity: SyncerIdentity, reach: SyncerReach): ServiceAccount {
  const { name, namespace } = identity;
  const account = new ServiceAccount(scope, 'service-account', {
    metadata: { name, namespace },
    automountToken: false,
  });
  const rights = reach.ownerReferencesPermissionEnforcement ? [...SYNCER_RIGHTS, ...OWNER_RIGHTS] : SYNCER_RIGHTS;
  if (reach.namespaces === undefined) grantEverywhere(scope, account, name, rights);
  else for (const watched of reach.namespaces) grantIn(scope, account, { name, namespace: watched }, rights);
  leaseRights(scope, account, identity);
  return account;
}

function grantEverywhere(scope: Construct, account: ServiceAccount, name: string, rights: Rights): void {
  const role = new ClusterRole(scope, 'role', { metadata: { name } });
  grant(role, rights);
  const binding = { metadata: { name }, role: ClusterRole.fromClusterRoleName(scope, 'bound-role', name) };
  const bound = new ClusterRoleBinding(scope, 'role-binding', binding);
  bind(bound, account);
  clusterScoped(ApiObject.of(bound));
}

/** Rights in one namespace, by a role of that namespace: nothing of the syncer is then allowed in the whole cluster. */
function grantIn(scope: Construct, account: ServiceAccount, metadata: SyncerIdentity, rights: Rights): Role {
  const { name, namespace } = metadata;
  const role = new Role(scope, `role-${namespace}-${name}`, { metadata });
  grant(role, rights);
  const named = Role.fromRoleName(scope, `bound-role-${namespace}-${name}`, name);
  bind(new RoleBinding(scope, `role-binding-${namespace}-${name}`, { metadata, role: named }), account);
  return role;
}

function bind(binding: ClusterRoleBinding | RoleBinding, account: ServiceAccount): void {
  binding.addSubjects(account);
  // The library writes the group of the core as a word, which the API server drops.
  ApiObject.of(binding).addJsonPatch(JsonPatch.remove('/subjects/0/apiGroup'));
}

function leaseRights(scope: Construct, account: ServiceAccount, { name, namespace }: SyncerIdentity): void {
  const role = grantIn(scope, account, { name: `${name}-lease`, namespace }, [
    // Nobody can be allowed to create by name: the name is in the body.
    [leases, ['create']],
    [leases, ['get', 'patch']],
  ]);
  ApiObject.of(role).addJsonPatch(JsonPatch.add('/rules/1/resourceNames', [name]));
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
