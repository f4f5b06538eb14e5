// A loop under virtual time, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::async {

class LoopTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};

  /// What `action` does, it does on the loop, before any task sees it.
  void in_one_turn(std::function<void()> action) {
    boost::asio::post(loop_, std::move(action));
    clock_.run();
  }
  Duration elapsed() const { return clock_.now().time_since_epoch(); }
};

}  // namespace mycostr::async
