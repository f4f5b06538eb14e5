#include "async/thread_pool.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

namespace mycostr::async {

ThreadPool::ThreadPool(const std::string& name, unsigned threads)
    : queue_(static_cast<int>(threads)), open_(queue_.get_executor()) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name] {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      queue_.run();
    });
  }
}

ThreadPool::~ThreadPool() {
  open_.reset();
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::post(std::move_only_function<void()> job) {
  boost::asio::post(queue_, std::move(job));
}

}  // namespace mycostr::async
