import fusion.FusionStage;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.CoMapFunction;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;

/**
 * A job with event time, a table beside and checkpoints, without any other system.
 *
 * <p>Started by itself it brings a JobManager and a TaskManager along, configured by its arguments, and ends with its
 * standard input.
 */
public class Clicks {
  /** Of the first record: 2023-11-14T22:13:20Z. Each one after it is a second later. */
  private static final long FIRST_MS = 1_700_000_000_000L;

  public static void main(String[] arguments) throws Exception {
    Thread end =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (java.io.IOException closed) {
                // The same.
              }
              Runtime.getRuntime().halt(0);
            });
    end.setDaemon(true);
    end.start();
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(ParameterTool.fromArgs(arguments).getConfiguration());
    DataStream<Long> table =
        environment
            .fromSource(new NumberSequenceSource(0, Long.MAX_VALUE - 1), FusionStage.timeless(), "table")
            .map(Clicks::slowly)
            .returns(Long.class);
    environment
        .fromSequence(0, Long.MAX_VALUE - 1)
        .map(Clicks::slowly)
        .returns(Long.class)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Long>forMonotonousTimestamps()
                .withTimestampAssigner((number, before) -> FIRST_MS + number * 1000))
        .keyBy(number -> number % 4)
        .connect(table.keyBy(number -> number % 4))
        .map(new Both())
        .addSink(new DiscardingSink<>());
    environment.execute("clicks");
  }

  private static Long slowly(Long number) throws InterruptedException {
    Thread.sleep(10);
    return number % 1_000_000;
  }

  private static final class Both implements CoMapFunction<Long, Long, Long> {
    @Override
    public Long map1(Long click) {
      return click;
    }

    @Override
    public Long map2(Long entry) {
      return entry;
    }
  }
}
