// What the machine itself can do, with the very functions that the daemon uses.
#pragma once

namespace mycostr::bench {

/// Of the calling thread.
double thread_cpu_seconds();

/// GB per second of one core's time.
struct Sides {
  double send = 0;
  double receive = 0;
};

/// Bytes through loopback in pieces of 1 MiB, each side on a thread of its own.
Sides measure_tls();
Sides measure_tcp();

}  // namespace mycostr::bench
