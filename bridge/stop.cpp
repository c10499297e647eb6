#include "bridge/stop.h"

#include <fstream>

namespace fusion::bridge {

void write_termination_message(const Stop& stop) {
  // Opened for reading and writing: the kubelet makes the file, and outside of a pod there is none to make.
  std::fstream file("/dev/termination-log", std::ios::in | std::ios::out);
  if (file) file << stop.message << '\n';
}

}  // namespace fusion::bridge
