/** What to do when there is no connection to the API server, for whoever has a kubeconfig. */
import type { Advice } from '../net/connection-trouble.ts';

export const CONNECTION_ADVICE: Advice = {
  refused: 'nothing listens there; is the server up, and is this its address?',
  unknownName: 'nobody has this name; is it spelled right, and is a VPN or its DNS needed?',
  noDns: 'the DNS gave no answer; is there a network?',
  noWay: 'there is no way to it from here; is a VPN needed?',
  noAnswer: 'nobody answered; is a VPN needed, or a firewall in the way?',
  untrusted: 'its certificate is of an authority that is not trusted; is certificate-authority that of this server?',
  expired: 'its certificate has expired; it must be renewed, unless the clock here is wrong',
  notYetValid: 'its certificate is not valid yet; is the clock here right?',
  otherNames: 'its certificate is for other names; the address must have one of them, or tls-server-name say one',
  noTls: 'it does not speak TLS; should its address begin with http://?',
  noHttp: 'it does not speak HTTP; should its address begin with https://?',
  clientRefused:
    'it does not accept the client certificate, or wants one; does the user of the context have one that is still valid?',
};

/** Said of an address that begins with http:// where it must be https://. */
export const EXPECTS_TLS = 'it expects TLS: its address must begin with https://';
