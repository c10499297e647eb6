import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;

/**
 * A job with event time and checkpoints, without any other system.
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
    environment
        .fromSequence(0, Long.MAX_VALUE - 1)
        .map(
            number -> {
              Thread.sleep(10);
              return number % 1_000_000;
            })
        .returns(Long.class)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Long>forMonotonousTimestamps()
                .withTimestampAssigner((number, before) -> FIRST_MS + number * 1000))
        .keyBy(number -> number % 4)
        .map(number -> number)
        .returns(Long.class)
        .addSink(new DiscardingSink<>());
    environment.execute("clicks");
  }
}
