/** To which addresses the name of a server may lead: not to where machines and clouds keep what is for those who ask from there. */

import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry */
const never = new BlockList();
never.addSubnet('0.0.0.0', 8); // This host, as loopback.
never.addAddress('::', 'ipv6');
// Link-local: the metadata of most clouds, with credentials. But where Amazon's VPC Lattice has its services, which names lead to.
never.addRange('169.254.0.0', '169.254.170.255');
never.addRange('169.254.172.0', '169.254.255.255');
never.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // The same by way of NAT64, RFC 6052.
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('224.0.0.0', 4); // Multicast.
never.addSubnet('ff00::', 8, 'ipv6');
never.addAddress('255.255.255.255');
// The metadata of clouds that have it elsewhere: Amazon, Google and Scaleway by IPv6, Alibaba, Azure, Oracle.
never.addAddress('fd00:ec2::254', 'ipv6');
never.addAddress('fd20:ce::254', 'ipv6');
never.addAddress('fd00:42::42', 'ipv6');
never.addAddress('100.100.100.200');
never.addAddress('168.63.129.16');
never.addAddress('192.0.0.192');

/** A name that leads only to where nothing is sent. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';

  constructor() {
    // No address: whoever has the DNS could change the message at each tick.
    super(
      'its name leads to this machine, a link or a metadata server, where nothing is sent; if it is meant, its URL must have the address',
    );
  }
}

/**
 * A lookup for net.connect that leaves out addresses at which no server of metrics is. What it returns is what is connected to, so a name that leads elsewhere at the
 * next question (DNS rebinding) gains nothing. A server that is given by its address is not looked up: whoever writes one into a flag means it.
 *
 * @param lookup who knows the addresses of a name; default: the system
 */
export function checkedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const all = typeof found === 'string' ? [{ address: found, family: family ?? 4 }] : found;
      const allowed = all.filter((one) => isAllowed(hostname, one));
      const [first] = allowed;
      if (first === undefined) callback(new ForbiddenAddressError(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function isAllowed(hostname: string, { address }: LookupAddress): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  // RFC 6761, 6.3: these names are for this machine, such as for a container of the same pod.
  const isOwn = /(^|\.)localhost\.?$/i.test(hostname);
  return !never.check(address, family) && (isOwn || !loopback.check(address, family));
}
