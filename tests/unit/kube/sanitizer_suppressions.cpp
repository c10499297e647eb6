// Debian's libcpprest and libstdc++ are not built for the thread sanitizer, so it cannot see that they order
// what they do: the counts of exception_ptr and the tasks of pplx. Only reports with a frame of that library
// are left out. https://github.com/google/sanitizers/wiki/ThreadSanitizerSuppressions
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libcpprest.so\n"
         "race:pplx::\n"
         "race:std::__exception_ptr::exception_ptr::_M_release\n";
}

// libcpprest's threads are never joined: a process that ends while one of them still holds the tasks of a
// request that is over is reported as leaking them. Seen now and then on a busy machine, in tests that end
// right after a request. https://github.com/google/sanitizers/wiki/AddressSanitizerLeakSanitizer#suppressions
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libcpprest.so\n"; }
