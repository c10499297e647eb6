#include "operator/process.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "controllers/stages/observe_progress.h"
#include "flink/http_rest_api.h"
#include "kafka/librdkafka_admin.h"
#include "kube/credentials.h"
#include "kube/http_api.h"
#include "kube/leader_elector.h"
#include "operator/cluster_cache.h"
#include "operator/guarded_api.h"
#include "operator/http_server.h"
#include "operator/installation_id.h"
#include "operator/pause.h"
#include "operator/reconciler.h"
#include "operator/workers.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;

constexpr auto kKafkaIdle = 120s;
constexpr auto kHousekeeping = 10s;
/// Two tries fit into the time after which a lease that is not renewed is lost.
constexpr auto kLeaseTimeout = 4s;
constexpr int kStatusWritesASecond = 20;
/// About the time of one: a rebalance with the broker's default delay.
constexpr auto kRenewalGap = 4s;
/// An exit that takes longer is forced: a request that hangs must not hold up the next leader.
constexpr unsigned kExitWithinSeconds = 10;

std::string identity() {
  const char* pod = std::getenv("POD_NAME");
  char host[256] = "unknown";
  ::gethostname(host, sizeof host - 1);
  return std::string(pod != nullptr && *pod != '\0' ? pod : host) + "_" + new_reconcile_id();
}

kafka::LogSink kafka_log(const Log& log) {
  return [log](const kafka::LogLine& line) {
    // What concerns a pipeline is in its condition; librdkafka's own words are for whoever looks closer.
    log.debug("librdkafka", {{"facility", line.facility}, {"text", line.text}});
  };
}

std::string_view name_of(kafka::RequestKind kind) {
  static constexpr std::string_view kNames[] = {
      "describe_cluster", "describe_topics", "describe_configs", "describe_broker_configs",
      "create_topics",    "add_partitions",  "alter_configs",    "delete_topics",
      "list_offsets",     "group_offsets",   "describe_group",   "delete_group"};
  return kNames[static_cast<std::size_t>(kind)];
}

kafka::AdminPool::Factory admin_factory(Metrics& metrics, const Log& log) {
  return [&metrics, log](const kafka::Connection& connection) {
    kafka::AdminSettings settings;
    settings.log = kafka_log(log.with({{"kafka", kafka::describe(connection)}}));
    settings.on_request = [&metrics](const kafka::RequestSample& sample) {
      metrics.count_kafka_request(name_of(sample.kind),
                                  sample.failed ? kafka::to_string(*sample.failed) : "Ok");
    };
    return kafka::make_librdkafka_admin(connection, std::move(settings));
  };
}

/// What happens now and then, on a thread of its own named "housekeeper".
class Housekeeper {
 public:
  Housekeeper(kafka::AdminPool& kafka, SecretReader& secrets, SetupSource& setup)
      : thread_([&](std::stop_token stop) {
          pthread_setname_np(pthread_self(), "housekeeper");
          while (pause(stop, kHousekeeping)) {
            kafka.close_idle();
            secrets.forget_old();
            setup.reread();
          }
        }) {}

 private:
  std::jthread thread_;
};

/// The operator while it runs. Members end in the opposite order: whoever uses something stands below it.
class Process {
 public:
  Process(const Options& options, StopSignal& stop, Log log, std::unique_ptr<kube::HttpApi> http,
          std::unique_ptr<kube::HttpApi> lease_http, kube::Credentials credentials)
      : options_(options),
        stop_(stop),
        log_(std::move(log)),
        credentials_(std::move(credentials)),
        identity_(identity()),
        http_(std::move(http)),
        lease_http_(std::move(lease_http)),
        rollouts_(static_cast<std::size_t>(options.max_concurrent_rollouts)) {}

  int run();

 private:
  bool may_write() const {
    return !options_.leader_elect || (leads_.load() && elector_ && elector_->is_leader());
  }
  kube::ObjectKey lease_key() const {
    return {options_.lease_namespace.empty() ? credentials_.default_namespace : options_.lease_namespace,
            options_.lease_name};
  }

  bool serve_pages();
  Page readiness() const;
  std::optional<std::string> find_installation_id();
  Environment environment();
  void ask_jobs();
  void start_leading();
  void stop_workers();
  void end_workers();
  void run_for_leader();

  const Options options_;
  StopSignal& stop_;
  const Log log_;
  const kube::Credentials credentials_;
  const std::string identity_;
  std::atomic<bool> leads_{false};
  std::atomic<bool> lost_{false};
  std::atomic<const ClusterCache*> readable_cache_{nullptr};

  Metrics metrics_;
  std::unique_ptr<HttpServer> pages_;
  std::unique_ptr<kube::HttpApi> http_;
  std::unique_ptr<kube::HttpApi> lease_http_;
  GuardedApi lease_api_{*lease_http_, metrics_, [] { return true; }};  // holds no lease yet
  GuardedApi api_{*http_, metrics_, [this] { return may_write(); }};
  WorkQueue queue_;
  ClaimBook claims_;
  Rollouts rollouts_;
  StatusPacer status_pacer_{kStatusWritesASecond};
  RenewalPacer renewal_pacer_{kRenewalGap};
  std::unique_ptr<SecretReader> secrets_;
  std::unique_ptr<SetupSource> setup_;
  std::unique_ptr<ClusterCache> cache_;
  std::unique_ptr<kafka::AdminPool> kafka_;
  flink::HttpRestApi flink_;
  std::unique_ptr<JobPoller> jobs_;  // null: --engine-progress=false
  std::unique_ptr<Reconciler> reconciler_;
  std::unique_ptr<Housekeeper> housekeeper_;
  std::mutex workers_mutex_;
  bool ended_ = false;  // guarded by workers_mutex_
  std::unique_ptr<Workers>
      workers_;  // guarded by workers_mutex_: the elector's thread makes them, main ends them
  std::unique_ptr<kube::LeaderElector> elector_;
};

bool Process::serve_pages() {
  HttpServer::Pages pages;
  pages.metrics = [this] { return Page{200, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8"}; };
  pages.healthz = [] { return Page{200, "ok\n"}; };
  pages.readyz = [this] { return readiness(); };
  auto server = HttpServer::start(options_.listen_host, options_.listen_port, std::move(pages));
  if (!server) {
    log_.error("cannot serve metrics and health", {{"error", server.error()}});
    return false;
  }
  pages_ = std::move(*server);
  log_.info("listening", {{"address", options_.listen_host + ":" + std::to_string(pages_->port())}});
  return true;
}

Page Process::readiness() const {
  const auto* cache = readable_cache_.load();
  if (cache == nullptr) return {503, "the API server was not reached yet\n"};
  const auto problems = cache->problems();
  if (!problems.empty()) return {503, problems};
  if (!cache->has_synced()) return {503, "not all kinds were listed yet\n"};
  return {200, leads_ || !options_.leader_elect ? "ok\n" : "ok, another process leads\n"};
}

/// Asks until the API server answers or the process is to end.
std::optional<std::string> Process::find_installation_id() {
  if (!options_.installation_id.empty()) return options_.installation_id;
  kube::Backoff backoff({}, std::random_device{}());
  while (true) {
    auto id = derive_installation_id(lease_api_, lease_key().ns);
    if (id) return std::move(*id);
    log_.warning("cannot derive the installation id yet", {{"error", id.error().message}});
    stop_.wait_for(static_cast<int>(backoff.next().count()));
    if (stop_.is_raised()) return std::nullopt;
  }
}

Environment Process::environment() {
  return {.api = api_,
          .kafka = *kafka_,
          .cluster = *cache_,
          .claims = claims_,
          .secrets = *secrets_,
          .queue = queue_,
          .metrics = metrics_,
          .rollouts = rollouts_,
          .status_pacer = status_pacer_,
          .renewal_pacer = renewal_pacer_,
          .jobs = jobs_.get(),
          .setup = [this] { return setup_->current(); },
          .may_write = [this] { return may_write(); },
          .namespaces = options_.namespaces,
          .instance = identity_,
          .status_interval = options_.status_interval,
          .kafka_resync = options_.kafka_resync};
}

/// There are jobs to ask once a worker has reconciled their pipelines: only in the process that leads.
void Process::ask_jobs() {
  JobPoller::Parts parts;
  parts.interval = options_.status_interval;
  parts.clock = [] { return std::chrono::steady_clock::now(); };
  parts.ask = [this](const std::string& url, std::stop_token stop) {
    return stages::observe_progress(flink_, url, std::move(stop));
  };
  parts.wake = [this](const kube::ObjectKey& pipeline) { queue_.add(pipeline); };
  jobs_ = std::make_unique<JobPoller>(std::move(parts), log_);
  jobs_->start();
}

void Process::start_leading() {
  std::lock_guard lock(workers_mutex_);
  if (ended_) return;
  leads_ = true;
  metrics_.set_leader(true);
  log_.info("leading", {{"identity", identity_}});
  workers_ = std::make_unique<Workers>(
      queue_, options_.workers,
      [this](std::stop_token stop) { return cache_->wait_for_sync(std::move(stop)); },
      [this](const kube::ObjectKey& key) { reconciler_->reconcile(key); });
}

void Process::stop_workers() {
  std::lock_guard lock(workers_mutex_);
  if (workers_) workers_->request_stop();
}

void Process::end_workers() {
  std::unique_ptr<Workers> workers;
  {
    std::lock_guard lock(workers_mutex_);
    ended_ = true;
    workers = std::move(workers_);
  }
}

void Process::run_for_leader() {
  kube::LeaderElector::Callbacks callbacks;
  callbacks.on_started = [this] { start_leading(); };
  callbacks.on_stopped = [this] {
    // Writes are refused from now on, and main ends the workers.
    leads_ = false;
    lost_ = true;
    metrics_.set_leader(false);
    stop_workers();
    stop_.raise();
  };
  callbacks.on_error = [this](const kube::Error& error) {
    log_.warning("the lease could not be asked for", {{"error", error.message}});
  };
  kube::LeaseOptions lease;
  lease.lease = lease_key();
  lease.identity = identity_;
  log_.info("running for leader", {{"lease", kube::to_string(lease.lease)}, {"identity", identity_}});
  elector_ = std::make_unique<kube::LeaderElector>(lease_api_, std::move(lease), std::move(callbacks));
  elector_->start();
}

int Process::run() {
  if (!serve_pages()) return 1;
  const auto installation_id = find_installation_id();
  if (!installation_id) return 0;
  auto setup = SetupSource::make(options_, *installation_id, log_);
  if (!setup) {
    log_.error("the default Kafka connection cannot be used", {{"error", setup.error()}});
    return 1;
  }
  setup_ = std::move(*setup);
  log_.info("starting", {{"version", FUSION_VERSION},
                         {"server", credentials_.server},
                         {"installation_id", *installation_id},
                         {"bridge_image", options_.bridge_image}});
  metrics_.set_queue_depth_source([this] { return queue_.depth(); });
  const auto steady = [] { return std::chrono::steady_clock::now(); };
  secrets_ = std::make_unique<SecretReader>(api_, options_.kafka_resync, steady);
  cache_ = std::make_unique<ClusterCache>(api_, options_.namespaces, options_.engine_discovery, claims_,
                                          queue_, metrics_, log_);
  readable_cache_ = cache_.get();
  kafka_ = std::make_unique<kafka::AdminPool>(admin_factory(metrics_, log_), kKafkaIdle, steady);
  if (options_.engine_progress) ask_jobs();
  reconciler_ = std::make_unique<Reconciler>(environment(), log_);
  housekeeper_ = std::make_unique<Housekeeper>(*kafka_, *secrets_, *setup_);
  cache_->start();
  if (options_.leader_elect) {
    run_for_leader();
  } else {
    start_leading();
  }

  const bool by_signal = stop_.wait();
  const bool lost = lost_ && !by_signal;
  log_.info("ending", {{"why", lost ? "the lease was lost" : "signal"}});
  ::alarm(kExitWithinSeconds);
  stop_workers();
  readable_cache_ = nullptr;
  // The lease is given away only when nobody writes any more, or asks the elector whether it may.
  end_workers();
  elector_.reset();
  return lost ? 1 : 0;
}

}  // namespace

int run_operator(const Options& options, StopSignal& stop) {
  const Log log(options.log_level);
  auto credentials = kube::find_credentials(options.kubeconfig);
  if (!credentials) {
    log.error("no way to the API server", {{"error", credentials.error().message}});
    return 1;
  }
  kube::HttpOptions http;
  http.user_agent = "fusion-operator/" FUSION_VERSION;
  auto api = kube::HttpApi::make(*credentials, http);
  if (!api) {
    log.error("no way to the API server", {{"error", api.error().message}});
    return 1;
  }
  http.request_timeout = kLeaseTimeout;
  auto lease_api = kube::HttpApi::make(*credentials, http);
  if (!lease_api) {
    log.error("no way to the API server", {{"error", lease_api.error().message}});
    return 1;
  }
  return Process(options, stop, log, std::move(*api), std::move(*lease_api), std::move(*credentials)).run();
}

}  // namespace fusion::op
