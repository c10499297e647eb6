#include "cli/mended_letters.h"

#include <map>
#include <utility>

#include "cli/letter_json.h"

namespace fusion::cli {

tl::expected<std::vector<ReplayRequest>, std::string> parse_mended_letters(std::string_view text,
                                                                           const std::string& topic,
                                                                           const std::string& topic_id) {
  std::vector<ReplayRequest> requests;
  std::map<Place, int> line_of;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto where = "line " + std::to_string(number) + ": ";
    auto mended = parse_json_line(line);
    if (!mended) return tl::unexpected(where + mended.error());
    auto& request = mended->request;
    if (request.letter.topic != topic)
      return tl::unexpected(where + "is about topic " + request.letter.topic + ", not about " + topic);
    if (mended->topic_id != topic_id) {
      return tl::unexpected(where + "topic " + topic + " was deleted and created anew since (its id was " +
                            mended->topic_id + ", and is " + topic_id + "): export again");
    }
    const auto [earlier, is_new] = line_of.emplace(request.letter, number);
    if (!is_new) {
      return tl::unexpected(where + "letter " + request.letter.to_text() + " stands in line " +
                            std::to_string(earlier->second) + " already");
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace fusion::cli
