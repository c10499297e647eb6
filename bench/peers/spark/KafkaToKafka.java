import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Carries the records of one topic into another with Structured Streaming: key, value and headers as they are; the sink
 * cannot set the time. Runs in this process until it is killed.
 */
public final class KafkaToKafka {
  /** Arguments: brokers, source topic, target topic, milliseconds between micro-batches, codec, checkpoint directory. */
  public static void main(String[] args) throws Exception {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("kafka-to-kafka")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    spark
        .readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", args[0])
        .option("subscribe", args[1])
        .option("startingOffsets", "earliest")
        .option("includeHeaders", "true")
        .option("kafka.isolation.level", "read_committed")
        .option("kafka.max.poll.records", "5000")
        .option("kafka.max.partition.fetch.bytes", "4194304")
        .load()
        .select("key", "value", "headers")
        .writeStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", args[0])
        .option("topic", args[2])
        .option("kafka.compression.type", args[4])
        .option("kafka.linger.ms", "20")
        .option("kafka.batch.size", "262144")
        .option("kafka.buffer.memory", "67108864")
        .option("checkpointLocation", args[5])
        .trigger(Trigger.ProcessingTime(Long.parseLong(args[3])))
        .start()
        .awaitTermination();
  }
}
