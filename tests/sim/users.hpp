// The users of a storm.
#pragma once

#include "sim/storm.hpp"

namespace mycostr::sim {

/// Each operation is drawn at random and run as a task of its node. Loop thread only. References outlive it.
class Users {
 public:
  Users(SimWorld& world, Model& model, const StormSettings& settings);

  /// Until the last operation has ended.
  Task<> run();
  std::size_t files_read() const { return files_read_; }

 private:
  Task<> operate(std::size_t number);
  Task<> store_new(SimNode& owner, Memory& memory);
  Task<> store_with_key(SimNode& owner, Memory& memory);
  Task<> attempt(SimNode& owner, Memory& memory, BodyPlan plan);
  Task<> give_up_soon(SimNode& owner, Memory& memory, BodyPlan plan);
  Task<> read(SimNode& owner, const Memory& memory);
  Task<> read_some(SimNode& owner, const Memory& memory, files::FileInfo file);
  Task<> erase(SimNode& owner, Memory& memory);
  Memory* any_stored(std::size_t owner);
  Bytes any_content();
  BodyPlan any_plan(std::size_t size);

  SimWorld& world_;
  Model& model_;
  const StormSettings settings_;
  test::SeededRandom random_;
  std::size_t files_read_ = 0;
  async::TaskGroup all_;
};

}  // namespace mycostr::sim
