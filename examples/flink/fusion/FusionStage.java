package fusion;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;

/** What the fusion operator tells a Flink stage, as sources and sinks for Flink. */
public final class FusionStage {
  public static final String ID_HEADER = "fusion-id";
  public static final String EVENT_TIME_HEADER = "event-time";

  private static final String VERSION = "1";
  private static final Path FILE = Path.of("/etc/fusion/stage.properties");

  private final Properties properties;

  private FusionStage(Properties properties) {
    this.properties = properties;
  }

  /**
   * The contract of the stage that this process belongs to. The environment has the same, and goes before the file;
   * arguments as {@code --max.out.of.orderness.ms=1800000} go before both.
   */
  public static FusionStage read(String[] arguments) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(FILE)) {
      try (InputStream in = new FileInputStream(FILE.toFile())) {
        properties.load(in);
      }
    }
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      if (variable.getKey().startsWith("FUSION_")) {
        String name = variable.getKey().substring("FUSION_".length()).toLowerCase(Locale.ROOT).replace('_', '.');
        properties.setProperty(name, variable.getValue());
      }
    }
    for (String argument : arguments) {
      int end = argument.indexOf('=');
      if (!argument.startsWith("--") || end < 0) throw new IllegalArgumentException(argument + " is not --PROPERTY=VALUE");
      properties.setProperty(argument.substring(2, end), argument.substring(end + 1));
    }
    FusionStage stage = new FusionStage(properties);
    if (!stage.get("version").equals(VERSION)) {
      throw new IllegalStateException("the stage contract has version " + stage.get("version") + ": this class reads " + VERSION);
    }
    return stage;
  }

  public String get(String name) {
    String value = properties.getProperty(name);
    if (value == null) throw new IllegalStateException("the stage contract has no property " + name);
    return value;
  }

  /** The input topic of this name, with or without a prefix that ends in a dot: `orders` finds `demo.orders`. */
  public String input(String name) {
    return find(name, "input.topics");
  }

  public String output(String name) {
    return find(name, "output.topics");
  }

  /** The whole topic, what is committed; from a checkpoint on, where that stands. Records have their Kafka times. */
  public <T> KafkaSource<T> source(String topic, DeserializationSchema<T> values) {
    return KafkaSource.<T>builder()
        .setBootstrapServers(get("bootstrap.servers"))
        .setTopics(topic)
        .setGroupId(group(topic))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(values)
        .setProperty("security.protocol", get("security.protocol"))
        .setProperty("isolation.level", get("isolation.level"))
        .setProperty("partition.discovery.interval.ms", get("partition.discovery.interval.ms"))
        .build();
  }

  /** Exactly once: records can be read when the checkpoint after them is complete. */
  public <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> records) {
    return KafkaSink.<T>builder()
        .setBootstrapServers(get("bootstrap.servers"))
        .setRecordSerializer(records)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(get("transactional.id.prefix"))
        .setProperty("security.protocol", get("security.protocol"))
        .setProperty("transaction.timeout.ms", get("transaction.timeout.ms"))
        .build();
  }

  /** The time of a partition is its highest event time, less what the contract expects records to come late. */
  public <T> WatermarkStrategy<T> watermarks() {
    return WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(Long.parseLong(get("max.out.of.orderness.ms"))));
  }

  private String group(String topic) {
    List<String> groups = list("input.groups");
    int place = list("input.topics").indexOf(topic);
    return place < groups.size() && !groups.get(place).isEmpty() ? groups.get(place) : get("stage");
  }

  private String find(String name, String property) {
    List<String> found =
        list(property).stream().filter(topic -> topic.equals(name) || topic.endsWith("." + name)).collect(Collectors.toList());
    if (found.size() != 1) throw new IllegalStateException(property + " has " + found.size() + " topics of the name " + name);
    return found.get(0);
  }

  private List<String> list(String property) {
    return Arrays.stream(get(property).split(",", -1)).map(String::trim).collect(Collectors.toList());
  }
}
