# An order service: Terraform.
variable "seconds" {
  default = 30
}

locals {
  environment = { STAGE = "test" }
}

resource "aws_lambda_function" "Orders" {
  function_name = "orders"
  filename      = data.archive_file.code.output_path
  handler       = "app.handler"
  runtime       = "python3.13"
  memory_size   = 256
  timeout       = var.seconds
  role          = aws_iam_role.OrdersRole.arn
  environment {
    variables = merge(local.environment, { TABLE = aws_dynamodb_table.Table.name })
  }
  dead_letter_config {
    target_arn = aws_sqs_queue.Failed.arn
  }
}

data "archive_file" "code" {
  type       = "zip"
  source_dir = "${path.module}/src"
}

resource "aws_lambda_event_source_mapping" "mapping" {
  function_name           = aws_lambda_function.Orders.arn
  event_source_arn        = aws_sqs_queue.Work.arn
  batch_size              = 5
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_sns_topic_subscription" "subscription" {
  topic_arn = aws_sns_topic.News.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.Orders.arn
}

resource "aws_iam_role" "OrdersRole" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "orders" {
  role = aws_iam_role.OrdersRole.id
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = aws_dynamodb_table.Table.arn
    }]
  })
}

resource "aws_sqs_queue" "Work" {
  visibility_timeout_seconds = 180
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.Failed.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue" "Failed" {
  message_retention_seconds = 14 * 24 * 60 * 60
}

resource "aws_sns_topic" "News" {}

resource "aws_dynamodb_table" "Table" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  attribute {
    name = "pk"
    type = "S"
  }
}

resource "aws_s3_bucket" "Uploads" {}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.Uploads.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_cloudwatch_log_group" "Logs" {
  retention_in_days = 14
}
