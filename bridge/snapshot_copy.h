#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bridge/checksum.h"
#include "bridge/id_snapshot.h"

namespace fusion::bridge {

/// Copies the committed ids of a Deduplicator into the bytes of a snapshot, slice by slice, while records are
/// carried between the slices. A partition is covered up to where it was committed when its last slice was
/// taken, so partitions may stand at different moments.
///
/// Of no use any more once partitions were assigned anew, or while ids are read again.
class SnapshotCopy {
 public:
  /// `about` gives everything but the parts. Copies the partitions whose ids the deduplicator knows now.
  SnapshotCopy(IdSnapshot about, const Deduplicator& deduplicator);

  /// The next bytes of the file, of `most_ids` ids at most; after the last ids what the snapshot says of
  /// itself.
  std::string next(const Deduplicator& deduplicator, std::size_t most_ids);
  bool is_complete() const { return is_complete_; }
  /// All ids that were copied.
  std::uint64_t ids() const { return ids_; }

 private:
  void end_part(IdStretch stretch);

  IdSnapshot snapshot_;
  std::vector<std::int32_t> partitions_;  ///< that are not copied yet, the next one last
  IdWindow::Cursor cursor_;               ///< in the next one
  Checksum checksum_;                     ///< of its ids
  std::uint64_t part_ids_ = 0;
  std::uint64_t ids_ = 0;
  bool is_complete_ = false;
};

}  // namespace fusion::bridge
