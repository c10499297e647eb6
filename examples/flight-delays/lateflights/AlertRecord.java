package lateflights;

import static java.nio.charset.StandardCharsets.UTF_8;

import fusion.FusionStage;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.formats.json.JsonSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Keyed by route, at the time of the scheduled departure, with the flight's id: the same alert is the same record. */
public class AlertRecord implements KafkaRecordSerializationSchema<Flight> {
  private final String topic;
  private final JsonSerializationSchema<Flight> values = new JsonSerializationSchema<>();

  public AlertRecord(String topic) {
    this.topic = topic;
  }

  @Override
  public void open(SerializationSchema.InitializationContext context, KafkaSinkContext ignored) {
    values.open(context);
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(Flight late, KafkaSinkContext ignored, Long windowEnd) {
    byte[] key = late.route().getBytes(UTF_8);
    ProducerRecord<byte[], byte[]> alert = new ProducerRecord<>(topic, null, late.time, key, values.serialize(late));
    alert.headers().add(FusionStage.ID_HEADER, String.valueOf(late.id).getBytes(UTF_8));
    alert.headers().add(FusionStage.EVENT_TIME_HEADER, String.valueOf(late.time).getBytes(UTF_8));
    return alert;
  }
}
