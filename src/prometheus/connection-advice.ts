/** What to do when there is no connection to Prometheus, for whoever set the flags. Without semicolons: what happens next follows one. */

import type { Advice } from '../net/connection-trouble.ts';

export const CONNECTION_ADVICE: Advice = {
  refused: 'nothing listens there, is it up, and is this its port?',
  unknownName: 'nobody has this name, is it spelled right, with its namespace?',
  noDns: 'the DNS gave no answer',
  noWay: 'there is no way to it from here',
  noAnswer: 'nobody answered, does a NetworkPolicy forbid it?',
  untrusted:
    'its certificate is of an authority that is not trusted, --prometheus-ca-file must name a file with that authority',
  expired: 'its certificate has expired and must be renewed, unless the clock here is wrong',
  notYetValid: 'its certificate is not valid yet, is the clock here right?',
  otherNames: 'its certificate is for other names, its URL must have one of them',
  noTls: 'it does not speak TLS, its URL must begin with http://',
  noHttp: 'it does not speak HTTP, should its URL begin with https://?',
  clientRefused:
    'it does not accept the client certificate, or wants one: --prometheus-cert-file and --prometheus-key-file name it',
};

/** Said of a URL that begins with http:// where it must be https://. */
export const EXPECTS_TLS = 'expects TLS, its URL must begin with https://';
