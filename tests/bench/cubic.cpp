// Loaded before the C library by tests/bench/bench: every TCP socket uses cubic, as most machines do. Where
// the system's own choice is BBR, its pacing would cost more over loopback than all else that TCP does there,
// and the measure would be one of BBR.
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

extern "C" int socket(int domain, int type, int protocol) noexcept {
  using Socket = int (*)(int, int, int);
  static const auto next = reinterpret_cast<Socket>(::dlsym(RTLD_NEXT, "socket"));
  const int made = next(domain, type, protocol);
  const bool is_tcp = (domain == AF_INET || domain == AF_INET6) && (type & 0xf) == SOCK_STREAM;
  // Where there is no cubic, what there is stays.
  if (made >= 0 && is_tcp)
    (void)::setsockopt(made, IPPROTO_TCP, TCP_CONGESTION, "cubic", sizeof("cubic") - 1);
  return made;
}
