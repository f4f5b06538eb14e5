#include "files/retrieve_service.hpp"

#include "files/reader.hpp"

namespace mycostr::files {

std::unique_ptr<FileReader> RetrieveService::read(const FileInfo& file, ByteRange range, Form form) {
  return std::make_unique<Reader>(context_, catalog_, file, range, form);
}

}  // namespace mycostr::files
