import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Carries the records of one topic into another, exactly once: key, value, headers and time as they are. Runs in this
 * process until it is killed. The bytes are not looked at, and records go from source to sink without being copied.
 */
public final class KafkaToKafka {
  private static final class Unchanged implements KafkaRecordDeserializationSchema<ConsumerRecord<byte[], byte[]>> {
    @Override
    public void deserialize(
        ConsumerRecord<byte[], byte[]> record, Collector<ConsumerRecord<byte[], byte[]>> out) {
      out.collect(record);
    }

    @Override
    public TypeInformation<ConsumerRecord<byte[], byte[]>> getProducedType() {
      return TypeInformation.of(new TypeHint<ConsumerRecord<byte[], byte[]>>() {});
    }
  }

  private record Into(String topic) implements KafkaRecordSerializationSchema<ConsumerRecord<byte[], byte[]>> {
    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        ConsumerRecord<byte[], byte[]> record, KafkaSinkContext context, Long timestamp) {
      return new ProducerRecord<>(
          topic, null, record.timestamp(), record.key(), record.value(), record.headers());
    }
  }

  private static Properties properties(String... keysAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.setProperty(keysAndValues[i], keysAndValues[i + 1]);
    }
    return properties;
  }

  /** Arguments: brokers, source topic, target topic, milliseconds between checkpoints, codec. */
  public static void main(String[] args) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    environment.enableCheckpointing(Long.parseLong(args[3]), CheckpointingMode.EXACTLY_ONCE);
    KafkaSource<ConsumerRecord<byte[], byte[]>> source =
        KafkaSource.<ConsumerRecord<byte[], byte[]>>builder()
            .setBootstrapServers(args[0])
            .setTopics(args[1])
            .setGroupId(args[2])
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new Unchanged())
            .setProperties(properties(
                "isolation.level", "read_committed",
                "max.poll.records", "5000",
                "max.partition.fetch.bytes", "4194304"))
            .build();
    KafkaSink<ConsumerRecord<byte[], byte[]>> sink =
        KafkaSink.<ConsumerRecord<byte[], byte[]>>builder()
            .setBootstrapServers(args[0])
            .setRecordSerializer(new Into(args[2]))
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix(args[2])
            .setKafkaProducerConfig(properties(
                "transaction.timeout.ms", "60000",
                "compression.type", args[4],
                "linger.ms", "20",
                "batch.size", "262144",
                "buffer.memory", "67108864"))
            .build();
    environment.fromSource(source, WatermarkStrategy.noWatermarks(), "source").sinkTo(sink);
    environment.execute("kafka-to-kafka");
  }
}
