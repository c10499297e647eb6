package fusion;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Another source in which each partition holds back the watermark from the start.
 *
 * <p>After a restore Flink before 1.19.1 does not know of a partition until its first record is read, lets the others' time
 * pass, and drops that record as late (FLINK-32828). With a newer Flink use the source as it is.
 */
final class HoldingSource<T, SplitT extends SourceSplit, EnumT> implements Source<T, SplitT, EnumT>, ResultTypeQueryable<T> {
  private final Source<T, SplitT, EnumT> source;
  private final TypeInformation<T> type;

  HoldingSource(Source<T, SplitT, EnumT> source, TypeInformation<T> type) {
    this.source = source;
    this.type = type;
  }

  @Override
  public SourceReader<T, SplitT> createReader(SourceReaderContext context) throws Exception {
    return new Reader<>(source.createReader(context));
  }

  @Override
  public Boundedness getBoundedness() {
    return source.getBoundedness();
  }

  @Override
  public SplitEnumerator<SplitT, EnumT> createEnumerator(SplitEnumeratorContext<SplitT> context) throws Exception {
    return source.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<SplitT, EnumT> restoreEnumerator(SplitEnumeratorContext<SplitT> context, EnumT state) throws Exception {
    return source.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<SplitT> getSplitSerializer() {
    return source.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<EnumT> getEnumeratorCheckpointSerializer() {
    return source.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return type;
  }

  private static final class Reader<T, SplitT extends SourceSplit> implements SourceReader<T, SplitT> {
    private final SourceReader<T, SplitT> reader;
    private final List<String> added = new ArrayList<>();

    Reader(SourceReader<T, SplitT> reader) {
      this.reader = reader;
    }

    @Override
    public void addSplits(List<SplitT> splits) {
      for (SplitT split : splits) added.add(split.splitId());
      reader.addSplits(splits);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
      if (!added.isEmpty()) {
        added.forEach(output::createOutputForSplit);
        added.clear();
      }
      return reader.pollNext(output);
    }

    @Override
    public void start() {
      reader.start();
    }

    @Override
    public List<SplitT> snapshotState(long checkpointId) {
      return reader.snapshotState(checkpointId);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return reader.isAvailable();
    }

    @Override
    public void notifyNoMoreSplits() {
      reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
      reader.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
      reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
      reader.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
      reader.pauseOrResumeSplits(pause, resume);
    }

    @Override
    public void close() throws Exception {
      reader.close();
    }
  }
}
