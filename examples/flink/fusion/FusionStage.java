package fusion;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the fusion operator tells a Flink stage, as sources and sinks for Flink. */
public final class FusionStage {
  public static final String ID_HEADER = "fusion-id";
  public static final String EVENT_TIME_HEADER = "event-time";

  private static final String VERSION = "1";
  private static final String PARAMETER = "fusion.";
  private static final Path FILE = Path.of("/etc/fusion/stage.properties");

  private final Properties properties;

  private FusionStage(Properties properties) {
    this.properties = properties;
  }

  /** The contract of the stage that this process belongs to. The environment has the same, and goes before the file. */
  public static FusionStage read() throws IOException {
    return checked(ofProcess());
  }

  /** The same, and what came with the job: the pods of a session cluster belong to no stage, so a FlinkSessionJob brings its contract. */
  public static FusionStage read(StreamExecutionEnvironment environment) throws IOException {
    Properties properties = ofProcess();
    environment.getConfig().getGlobalJobParameters().toMap().forEach((name, value) -> {
      if (name.startsWith(PARAMETER)) properties.setProperty(name.substring(PARAMETER.length()), value);
    });
    return checked(properties);
  }

  private static Properties ofProcess() throws IOException {
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
    return properties;
  }

  private static FusionStage checked(Properties properties) {
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
  public <T> Source<T, ?, ?> source(String topic, DeserializationSchema<T> values) {
    KafkaSource<T> source =
        KafkaSource.<T>builder()
            .setBootstrapServers(get("bootstrap.servers"))
            .setTopics(topic)
            .setGroupId(group(topic))
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(values)
            .setProperties(connection())
            .setProperty("isolation.level", get("isolation.level"))
            .setProperty("partition.discovery.interval.ms", get("partition.discovery.interval.ms"))
            .build();
    return new HoldingSource<>(source, values.getProducedType());
  }

  /** Exactly once: records can be read when the checkpoint after them is complete. */
  public <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> records) {
    return KafkaSink.<T>builder()
        .setBootstrapServers(get("bootstrap.servers"))
        .setRecordSerializer(records)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(get("transactional.id.prefix"))
        .setKafkaProducerConfig(connection())
        .setProperty("transaction.timeout.ms", get("transaction.timeout.ms"))
        .build();
  }

  /** The time of a partition is its highest event time, less what the contract expects records to come late. */
  public <T> WatermarkStrategy<T> watermarks() {
    return WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(Long.parseLong(get("max.out.of.orderness.ms"))));
  }

  /** Of an input that is read as a table: its records have no time, and hold back nobody else's. */
  public static <T> WatermarkStrategy<T> timeless() {
    return WatermarkStrategy.forGenerator(context -> new Timeless<>());
  }

  private static final class Timeless<T> implements WatermarkGenerator<T> {
    @Override
    public void onEvent(T record, long timestamp, WatermarkOutput output) {}

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      output.emitWatermark(Watermark.MAX_WATERMARK);
    }
  }

  /** How to reach Kafka. Credentials are read from the files that the contract names. */
  private Properties connection() {
    Properties options = new Properties();
    options.setProperty("security.protocol", get("security.protocol"));
    if (properties.containsKey("sasl.mechanism")) {
      String mechanism = get("sasl.mechanism");
      String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
      options.setProperty("sasl.mechanism", mechanism);
      options.setProperty(
          "sasl.jaas.config",
          "org.apache.kafka.common.security." + module + " required username=" + quoted(get("sasl.username"))
              + " password=" + quoted(content("sasl.password.file")) + ";");
    }
    if (properties.containsKey("ssl.ca.file")) {
      options.setProperty("ssl.truststore.type", "PEM");
      options.setProperty("ssl.truststore.certificates", content("ssl.ca.file"));
    }
    if (properties.containsKey("ssl.certificate.file")) {
      options.setProperty("ssl.keystore.type", "PEM");
      options.setProperty("ssl.keystore.certificate.chain", content("ssl.certificate.file"));
      options.setProperty("ssl.keystore.key", content("ssl.key.file"));
    }
    return options;
  }

  private String content(String fileProperty) {
    try {
      return Files.readString(Path.of(get(fileProperty))).replaceFirst("\\n+$", "");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
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
    return Arrays.stream(properties.getProperty(property, "").split(",", -1)).map(String::trim).collect(Collectors.toList());
  }
}
