"""Carries bytes between Unix sockets and cuts all connections on command.

python3 cutting_proxy.py LISTEN=TARGET … ; each line on standard input cuts, and is answered with how many were cut.
"""
import asyncio, sys

open_writers = set()

async def carry(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()

def serve(target):
    async def accept(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(target)
        except OSError:
            return writer.close()
        pair = {writer, far_writer}
        open_writers.update(pair)
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))
        open_writers.difference_update(pair)
    return accept

async def main():
    for pair in sys.argv[1:]:
        listen, target = pair.split("=")
        await asyncio.start_unix_server(serve(target), listen)
    print("ready", flush=True)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while await commands.readline():
        cut = list(open_writers)
        for writer in cut:
            writer.transport.abort()
        print(len(cut), flush=True)

asyncio.run(main())
