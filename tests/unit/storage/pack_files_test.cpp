#include "storage/pack_files.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

std::atomic<ino_t> watched = 0;
std::atomic<int> syncs = 0;  // of the watched file or folder

TEST(PackFiles, TheFoldersNameIsDurable) {
  const TempFolder folder;
  struct stat status{};
  ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
  watched = status.st_ino;
  const PackFiles files(folder.packs());
  EXPECT_EQ(syncs, 1);
  const PackFiles again(folder.packs());
  EXPECT_EQ(syncs, 2) << "the first time may have been cut short";
  watched = 0;
}

}  // namespace
}  // namespace mycostr::storage

/// In place of the C library's.
extern "C" int fsync(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) == 0 && status.st_ino == mycostr::storage::watched) ++mycostr::storage::syncs;
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
