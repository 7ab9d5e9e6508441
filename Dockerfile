# One static binary in an image with nothing else in it but CA certificates,
# time zones and a user. Build: docker build -t gatehouse .
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY third_party ./third_party
COPY verify/go.mod verify/go.sum ./verify/
COPY client/go.mod ./client/
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags "-s -w -X main.version=${VERSION}" -o /out/gatehouse ./cmd/gatehouse \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/gatehouse /usr/local/bin/gatehouse
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV GATEHOUSE_DATA_DIR=/data \
    GATEHOUSE_LISTEN_PUBLIC=0.0.0.0:8080 \
    GATEHOUSE_LISTEN_INTERNAL=127.0.0.1:9090 \
    GATEHOUSE_ISSUER=http://localhost:8080
VOLUME /data
EXPOSE 8080
USER nonroot:nonroot
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/usr/local/bin/gatehouse", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/gatehouse"]
CMD ["serve"]
