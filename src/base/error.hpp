// Expected failures are values: Result<T> is a T or an Error.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace mycostr {

enum class Errc {
  invalid,      ///< The input cannot be what it claims to be (malformed, out of range, wrong signature).
  not_found,    ///< The thing asked for does not exist here.
  exists,       ///< The thing to be made is there already, and differs.
  forbidden,    ///< The caller may not do this.
  full,         ///< No capacity left.
  overloaded,   ///< A queue or a budget is full: try again later.
  timeout,      ///< No progress, or no answer, in the time allowed.
  unreachable,  ///< Nobody answers at any of the addresses.
  wrong_peer,   ///< The peer that answers holds another identity than expected.
  closed,       ///< The other side ended the connection.
  corrupt,      ///< Bytes read are not the bytes written.
  io,           ///< The disk or the database failed.
  not_enough,   ///< Too few nodes or shards for what was asked.
  conflict,     ///< Contradicts what is known already.
  cancelled,    ///< Given up by the caller.
  internal      ///< A fault of this program.
};

/// The stable word of a code, as it stands in logs and between nodes.
std::string_view errc_name(Errc code);
/// The code of a word; Errc::internal where the word is unknown (a newer peer's).
Errc errc_from_name(std::string_view name);

struct Error {
  Errc code = Errc::internal;
  std::string detail;  ///< For people: what happened, and with what.
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string detail) {
  return std::unexpected(Error{code, std::move(detail)});
}

/// "not_found: no shard 1a2b…", for log lines.
std::string to_string(const Error& error);

}  // namespace mycostr
