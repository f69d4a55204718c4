/** Certificates from an authority of the test's own, which nobody trusts unless told to. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { requireProgram } from './programs.ts';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface Authority {
  /** The path of its own certificate. */
  certificate: string;
  /**
   * Certifies names.
   * @param names as OpenSSL writes them, such as "DNS:porch.example" and "IP:127.0.0.1"
   * @returns the paths of two PEM files
   */
  certify(file: string, names: string[], days: number): { cert: string; key: string };
}

/** @param folder where everything is written */
export function makeAuthority(folder: string): Authority {
  const at = (name: string) => join(folder, name);
  const make = (name: string, words: string[]) => {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    execFileSync(requireProgram('openssl'), ['req', '-x509', ...KEY, ...words, ...files], {
      stdio: 'ignore',
    });
  };
  make('authority', ['-subj', '/O=Porch authority/CN=Its root', '-days', '1000']);
  return {
    certificate: at('authority.pem'),
    certify(file, names, days) {
      const signer = ['-CA', at('authority.pem'), '-CAkey', at('authority.key')];
      const about = [
        '-subj',
        '/CN=porch',
        '-addext',
        `subjectAltName=${names.join(',')}`,
        // Firefox takes nobody for a server who may certify others.
        '-addext',
        'basicConstraints=critical,CA:FALSE',
        '-days',
        String(days),
      ];
      make(file, [...signer, ...about]);
      return { cert: at(`${file}.pem`), key: at(`${file}.key`) };
    },
  };
}
