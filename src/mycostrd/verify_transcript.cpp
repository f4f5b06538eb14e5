#include <cstdio>
#include <fstream>
#include <iterator>

#include "audit/transcript.hpp"
#include "mycostrd/commands.hpp"

namespace mycostr {
namespace {

/// The file's bytes, and one more than a transcript may have where it is longer; nothing where it cannot be
/// read.
std::optional<Bytes> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(wire::kMaxTranscriptSize + 1);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())) &&
      !file.eof())
    return std::nullopt;
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

int verify_transcript_command(const VerifyTranscriptOptions& options) {
  const auto bytes = read_file(options.file);
  if (!bytes) return complain(options.file + ": cannot be read", kUsage);
  const auto finding = audit::verify_transcript(*bytes);
  if (!finding.proves) return complain("the transcript proves nothing: " + finding.text, kFailed);
  std::printf("%s\n", finding.text.c_str());
  return kDone;
}

}  // namespace mycostr
