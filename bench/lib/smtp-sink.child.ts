import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server that takes everything and keeps nothing; prints its port, then how much it took when it is told to stop. */
let taken = 0;
const latencyMs = Number(process.argv[2] ?? '0');
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  onData: (stream, _session, done) => {
    stream.on('data', () => {});
    stream.on('end', () => {
      taken += 1;
      if (latencyMs > 0) setTimeout(done, latencyMs);
      else done();
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => {
  console.log((server.server.address() as AddressInfo).port);
});
process.once('SIGTERM', () => {
  console.log(taken);
  process.exit(0);
});
