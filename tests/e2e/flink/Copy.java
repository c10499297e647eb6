import fusion.FusionStage;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Copies a topic to another, exactly once: a job of a session cluster, which knows nothing but what the contract says. */
public class Copy {
  public static void main(String[] arguments) throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    FusionStage stage = FusionStage.read(environment);
    environment
        .fromSource(stage.source(stage.input("numbers"), new SimpleStringSchema()), WatermarkStrategy.noWatermarks(), "numbers")
        .uid("numbers")
        .sinkTo(
            stage.sink(
                KafkaRecordSerializationSchema.<String>builder()
                    .setTopic(stage.output("copies"))
                    .setValueSerializationSchema(new SimpleStringSchema())
                    .build()))
        .uid("copies");
    environment.execute("copy");
  }
}
